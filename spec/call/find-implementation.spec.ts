import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { loadServicesSync } from "../../lib/index.js";
import { behaviourProto } from "../behaviour/each-protocol.js";

const serve = (implementation: object) =>
  loadServicesSync(behaviourProto).add("behaviour.v1.Notes", implementation);
const handler = () => ({});

describe("an implementation with a misspelt method", () => {
  it("is refused, with all that is misspelt", () => {
    assert.throws(() => serve({ send: handler, colect: handler, Epxand: handler }), {
      name: "ConfigError",
      faults: [
        { method: "behaviour.v1.Notes.Collect", message: '"colect" is no method; did you mean "collect"?' },
        { method: "behaviour.v1.Notes.Expand", message: '"Epxand" is no method; did you mean "Expand"?' },
      ],
    });
  });

  it("is refused when it has no other", () => {
    assert.throws(() => serve({ sned: handler }), /"sned" is no method; did you mean "send"\?/);
  });
});

describe("an implementation", () => {
  it("may have what is named like a method that it has", () => {
    serve({ send: handler, sendd: handler });
  });

  it("may have other functions, and what is no function", () => {
    serve({ send: handler, validate: handler, colect: 1 });
  });

  it("may be the instance of a class with methods of its own", () => {
    class Notes {
      send = handler;
      expnad = handler;
      colect() {}
    }
    serve(new Notes());
  });
});
