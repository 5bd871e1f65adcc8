/**
 * Read a response of one JSON text a line, each as soon as it has arrived.
 *
 *     for await (const reply of readJsonLines(await fetch("/v1/greeter/world/hellos"))) show(reply.message);
 *
 * When the stream fails on its way, its last line is `{"error": {"code": …, "message": …}}`, and this throws.
 */
export async function* readJsonLines(response) {
  if (!response.ok) throw new Error(await readProblem(response));
  let rest = "";
  for await (const text of readText(response.body)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) yield readLine(line);
  }
  if (rest !== "") yield readLine(rest);
}

/** The message of an error response: its body is a google.rpc.Status. */
export async function readProblem(response) {
  const { message } = await response.json().catch(() => ({}));
  return message ?? `${response.status} ${response.statusText}`;
}

function readLine(line) {
  const value = JSON.parse(line);
  if (value.error !== undefined) throw new Error(value.error.message);
  return value;
}

/** Not every browser can iterate over a stream. */
async function* readText(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel();
  }
}
