/**
 * Find the name that was probably meant.
 *
 *     suggestName("nam", ["name", "page_size"])        // "name"
 *     suggestName("pageSize", ["name", "page_size"])   // "page_size"
 *     suggestName("xyz", ["name", "page_size"])        // undefined
 *
 * Case and underscores do not count; of the rest, about one character in three may differ.
 */
export function suggestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(name);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === name) continue;
    const folded = fold(candidate);
    if (Math.abs(folded.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, folded);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The end of a message about an unknown name.
 *
 *     didYouMean("nam", ["name"])   // '; did you mean "name"?'
 *     didYouMean("xyz", ["name"])   // ""
 */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const suggestion = suggestName(name, candidates);
  return suggestion === undefined ? "" : `; did you mean "${suggestion}"?`;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll("_", "");
}

/** How many characters must be inserted, deleted, replaced or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforePrevious[j - 2]! + 1);
      }
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length]!;
}
