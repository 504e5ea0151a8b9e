# Reads each JSON line {"text": ...} on stdin as GitLab's loader reads YAML, and writes one JSON line for it.
#
# After lib/gitlab/config/loader/yaml.rb and multi_doc_yaml.rb of GitLab: Psych with aliases, the class Symbol, GitLab's
# `!reference`, a limit for size and depth, and nothing else.
require "json"
require "psych"

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 100

class Reference
  attr_reader :seq
  def init_with(coder) = @seq = coder.seq
  def to_json(*arguments) = { "!reference" => @seq }.to_json(*arguments)
end
Psych.add_tag("!reference", Reference)

def depth(value)
  case value
  when Hash then 1 + (value.values.map { |each| depth(each) }.max || 0)
  when Array then 1 + (value.map { |each| depth(each) }.max || 0)
  else 0
  end
end

STDIN.each_line do |line|
  text = JSON.parse(line)["text"]
  begin
    raise "too large" if text.bytesize > MAX_BYTES
    value = Psych.safe_load(text, permitted_classes: [Symbol, Reference], permitted_symbols: [], aliases: true)
    raise "not a hash" unless value.is_a?(Hash)
    raise "too deep" if depth(value) > MAX_DEPTH
    puts({ "value" => value }.to_json)
  rescue StandardError => error
    puts({ "error" => "#{error.class}: #{error.message}" }.to_json)
  end
end
