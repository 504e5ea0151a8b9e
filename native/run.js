// Runs one stage of the tool, which lies unpacked in the folder tool, with a Python of this machine.
const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const TOOL = path.join(__dirname, 'tool')
const WINDOWS = process.platform === 'win32'
// -I: no variable of the job changes Python. -S: no package of the machine is imported. -u: a mask comes before all other
// output. utf8: as the runner reads it, whatever the machine's code page.
const ISOLATED = ['-I', '-S', '-u', '-X', 'utf8']
const PROBE = 'import sys; print(sys.executable, *sys.version_info[:2], sep="\\n")'
const REMEDY =
  'Add a step with actions/setup-python before this one, or use alert24/alert24-deploy on a Linux runner with Docker: ' +
  'it brings its own Python.'
const LEFT = {
  main: 'so nothing was changed',
  post: 'so services may still be in maintenance. Set their status in Alert24',
}

function run(stage) {
  const before = process.env.STATE_python // what main used: a later step may have changed PATH
  if (stage === 'post' && !before) return console.log('There is nothing to finish: the main stage did not start.')
  if (!fs.existsSync(TOOL)) {
    return fail(`${TOOL} is missing, ${LEFT[stage]}. Only releases have it: use a release tag, or run \`make native\`.`)
  }
  const { python, tried } = findPython([...(before ? [[before]] : []), ...names()])
  if (!python) return fail(`No Python 3.10 or newer was found, ${LEFT[stage]}. Tried ${tried.join(', ')}. ${REMEDY}`)
  if (stage === 'main' && process.env.GITHUB_STATE) fs.appendFileSync(process.env.GITHUB_STATE, `python=${python}\n`)

  const child = spawn(python, [...ISOLATED, TOOL, stage], { stdio: ['ignore', 'inherit', 'inherit'] })
  // The runner signals this process alone, but on Windows every process of the console; there, kill() would end Python.
  for (const signal of WINDOWS ? ['SIGINT', 'SIGBREAK'] : ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => WINDOWS || child.kill(signal))
  }
  child.on('error', (error) => fail(`${python} could not be started (${error.message}), ${LEFT[stage]}. ${REMEDY}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]))
}

function names() {
  return WINDOWS ? [['python'], ['py', '-3'], ['python3']] : [['python3'], ['python']]
}

// The path of the first Python that is new enough, and what was wrong with the others.
function findPython(candidates) {
  const tried = []
  for (const [command, ...options] of candidates) {
    // In this folder: Windows looks for programs in the current one first, and that would be the checkout.
    const probe = spawnSync(command, [...options, ...ISOLATED, '-c', PROBE], { cwd: __dirname, encoding: 'utf8' })
    const [python, major, minor] = (probe.stdout ?? '').split(/\r?\n/)
    if (probe.status === 0 && +major === 3 && +minor >= 10) return { python, tried }
    const version = probe.status === 0 ? `version ${major}.${minor}` : 'does not start'
    tried.push(`${command} (${probe.error?.code === 'ENOENT' ? 'not found' : version})`)
  }
  return { tried }
}

function fail(message) {
  console.log(`::error title=alert24-deploy::${message.replaceAll('%', '%25').replaceAll('\n', '%0A')}`)
  process.exitCode = 1
}

module.exports = { run }
