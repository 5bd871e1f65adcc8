/** Gives each name once. */
export interface NamePool {
  /** The first of the candidates that is free, else the last of them with a number. */
  take(...candidates: readonly [string, ...string[]]): string;
}

/**
 * Names that are unique within one document; who comes first keeps the short form.
 *
 *     names.take("Book", "library_v1_Book")   // "Book"
 *     names.take("Book", "library_v2_Book")   // "library_v2_Book"
 *     names.take("Book")                      // "Book2"
 */
export function createNamePool(): NamePool {
  const taken = new Set<string>();
  return {
    take(...candidates) {
      let name = candidates.find((candidate) => !taken.has(candidate));
      for (let number = 2; name === undefined; number++) {
        const numbered = `${candidates.at(-1)}${number}`;
        if (!taken.has(numbered)) name = numbered;
      }
      taken.add(name);
      return name;
    },
  };
}

/**
 * Camel case, with letters, digits and underscores only; `undefined` when that leaves no identifier.
 *
 *     toIdentifier("key-rings")   // "keyRings"
 *     toIdentifier("book.id")     // "bookId"
 *     toIdentifier("2")           // undefined
 */
export function toIdentifier(text: string): string | undefined {
  const identifier = text.replace(/[^A-Za-z0-9_]+([A-Za-z0-9])?/g, (_, next: string | undefined) =>
    next === undefined ? "" : next.toUpperCase(),
  );
  return /^[A-Za-z_]/.test(identifier) ? identifier : undefined;
}

/**
 * The singular of a collection's name, as resource names have it.
 *
 *     singularOf("shelves")      // "shelf"
 *     singularOf("cryptoKeys")   // "cryptoKey"
 *     singularOf("addresses")    // "address"
 *     singularOf("data")         // "data"
 */
export function singularOf(plural: string): string {
  for (const [ending, singular] of endings) {
    if (ending.test(plural)) return plural.replace(ending, singular);
  }
  return plural;
}

/** The first that fits decides; ends of words, so that `cryptoKeys` and `databaseIndices` are met too. */
const endings: readonly (readonly [RegExp, string])[] = [
  [/(ss|us|is|news|series|species|alias|atlas|canvas|kubernetes)$/i, "$1"],
  [/(p)eople$/i, "$1erson"],
  [/(child)ren$/i, "$1"],
  [/(shel|hal|lea|cal|sel)ves$/i, "$1f"],
  [/(li|kni|wi)ves$/i, "$1fe"],
  [/(ind|vert)ices$/i, "$1ex"],
  [/(matr)ices$/i, "$1ix"],
  [/(analy|cri|hypothe|diagno|synop)ses$/i, "$1sis"],
  [/(mov|cook)ies$/i, "$1ie"],
  [/ies$/i, "y"],
  [/(status|virus|campus|alias|canvas)es$/i, "$1"],
  [/(ss|sh|[lnrt]ch|x|zz)es$/i, "$1"],
  [/(.)s$/i, "$1"],
];
