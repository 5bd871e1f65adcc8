import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";
import { parse } from "yaml";

const folder = resolve(import.meta.dirname, "../../.github/workflows");

interface Job {
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string; readonly uses?: string }[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
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

  it("release.yml publishes what was built, with provenance, after the checks and apart from them", () => {
    const { jobs, permissions } = readWorkflow("release.yml");
    const { check, publish } = jobs;
    assert(check?.steps.some(({ run }) => run === "bash .ci/run"));
    assert.equal(permissions["id-token"], undefined);
    assert.equal(check?.permissions, undefined);
    assert.equal(publish?.needs, "check");
    assert.deepEqual(publish.permissions, { contents: "read", "id-token": "write" });
    const runs = publish.steps.map(({ run }) => run ?? "");
    assert.match(runs.at(-1) ?? "", /^npm publish --provenance\b/);
    assert(runs.includes("npm ci && npm run build"));
    // npm refuses provenance for a package that names no repository.
    assert(runs.some((run) => /^npm pkg set .*repository\.url=git\+/.test(run)));
  });
});
