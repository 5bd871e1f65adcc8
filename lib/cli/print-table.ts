/**
 * Print rows as columns, each as wide as it must be.
 *
 *     printTable([["GET", "/v1/greeter/{name}"], ["POST", "/v1/greeter"]])
 *     // GET   /v1/greeter/{name}
 *     // POST  /v1/greeter
 */
export function printTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const print = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${print(row)}\n`).join("");
}
