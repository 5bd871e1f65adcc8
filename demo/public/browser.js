import { createConnectGreeter, createGrpcWebGreeter } from "./greeters.js";
import { readJsonLines } from "./json-lines.js";

// The page calls the server that it comes from, or the one that it is opened with: /browser?server=http://localhost:3000
const here = location.origin + location.pathname.replace(/\/[^/]*$/, "");
const server = new URLSearchParams(location.search).get("server") ?? here;

const greeters = {
  rest: createRestGreeter(server),
  connect: createConnectGreeter(server),
  "grpc-web": createGrpcWebGreeter(server),
};
const form = document.getElementById("greeter");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const isStream = event.submitter?.value === "hellos";
  for (const [id, greeter] of Object.entries(greeters)) show(id, greeter, isStream);
});

async function show(id, greeter, isStream) {
  const greetings = document.querySelector(`#${id} .greetings`);
  const failure = document.querySelector(`#${id} [role=alert]`);
  const greet = (text) => {
    const item = document.createElement("li");
    item.textContent = text;
    greetings.append(item);
  };
  greetings.replaceChildren();
  failure.textContent = "";
  const { name, count } = form.elements;
  try {
    if (isStream) await greeter.sayHellos(name.value, count.valueAsNumber, greet);
    else greet(await greeter.sayHello(name.value));
  } catch (error) {
    failure.textContent = `Sorry: ${error.message}`;
  }
}

function createRestGreeter(url) {
  const ask = async (path) => readJsonLines(await fetch(`${url}/v1/greeter/${path}`));
  return {
    async sayHello(name) {
      // A single JSON object is a stream of one line.
      const { value } = await (await ask(encodeURIComponent(name))).next();
      return value.message;
    },
    async sayHellos(name, count, greet) {
      const replies = await ask(`${encodeURIComponent(name)}/hellos?count=${count}`);
      for await (const { message } of replies) greet(message);
    },
  };
}
