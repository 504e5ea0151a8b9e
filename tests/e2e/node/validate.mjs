// Reads {"name": ..., "content": ...} from standard input and prints, as JSON, every mistake that GitHub sees in it.
// A file called action.yml is read as an action's manifest, any other as a workflow.
import { text } from "node:stream/consumers";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { parseAction } from "@actions/workflow-parser/actions/action-parser";
import { convertActionTemplate } from "@actions/workflow-parser/actions/action-template";

const file = JSON.parse(await text(process.stdin));
const isAction = file.name.endsWith("action.yml");
const { context, value } = (isAction ? parseAction : parseWorkflow)(file, new NoOperationTraceWriter());
// What the grammar allows may still not make sense, such as a job that needs one that isn't there.
if (value && isAction) convertActionTemplate(context, value);
else if (value) await convertWorkflowTemplate(context, value);
console.log(JSON.stringify(context.errors.getErrors().map((error) => error.message)));
