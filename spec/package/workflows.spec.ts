import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";
import { parse } from "yaml";

const folder = resolve(import.meta.dirname, "../../.github/workflows");

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>
  >;
}

function readWorkflow(name: string): Workflow {
  return parse(readFileSync(join(folder, name), "utf8"));
}

describe("a workflow", () => {
  for (const name of readdirSync(folder)) {
    it(`${name} runs everything that decides, and may write nothing`, () => {
      const { jobs, permissions } = readWorkflow(name);
      const steps = Object.values(jobs).flatMap(({ steps }) => steps);
      assert(steps.some(({ run }) => run === "bash .ci/run"));
      assert.equal(permissions.contents, "read");
    });
  }

  it("release.yml publishes with provenance, after the checks", () => {
    const { jobs, permissions } = readWorkflow("release.yml");
    const runs = jobs.publish?.steps.map(({ run }) => run ?? "") ?? [];
    const publish = runs.findIndex((run) => /^npm publish\b.* --provenance\b/.test(run));
    assert(publish > runs.indexOf("bash .ci/run"));
    assert.equal(permissions["id-token"], "write");
  });
});
