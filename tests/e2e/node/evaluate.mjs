// Reads {"expressions": [...], "contexts": {...}} and prints, as JSON, each expression's value as GitHub writes it
// into a string, or null for an expression that GitHub refuses.
import { text } from "node:stream/consumers";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

const { expressions, contexts } = JSON.parse(await text(process.stdin));
const known = JSON.parse(JSON.stringify(contexts), data.reviver);

function value(expression) {
  try {
    const parsed = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), []).parse();
    return new Evaluator(parsed, known).evaluate().coerceString();
  } catch {
    return null;
  }
}

console.log(JSON.stringify(expressions.map(value)));
