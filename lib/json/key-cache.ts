import type { JsonReader } from "./json-reader.js";

/** As many keys as the maps of a field may have before they take each other's places; a power of two. */
const places = 32;

/** Keys of so many characters are told apart by three times four of them. */
const minLength = 4;
const maxLength = 12;

/**
 * The keys of a map that were met lately. Most maps of a field have the same few keys: to find out that it is one of
 * them takes less time than to make a string of it, for which the engine then has to find the one it has.
 */
export class KeyCache {
  readonly #keys: string[] = Array(places).fill("");
  readonly #characters = new Float64Array(places * 3);

  /** At a member name: read it. */
  read(reader: JsonReader): string {
    const start = reader.at + 1;
    const end = reader.endOfString();
    const length = end - start;
    if (end === -1 || length < minLength || length > maxLength) return reader.readString();
    const { chars, view } = reader;
    const place = (chars[start]! * 31 + chars[end - 1]! * 7 + length) % places;
    const characters = this.#characters;
    const first = view.getFloat64(start * 2);
    const middle = view.getFloat64(Math.min(start + 4, end - 4) * 2);
    const last = view.getFloat64((end - 4) * 2);
    const key = this.#keys[place]!;
    const at = place * 3;
    if (
      key.length === length &&
      characters[at] === first &&
      characters[at + 1] === middle &&
      characters[at + 2] === last
    ) {
      reader.at = end + 1;
      return key;
    }
    const other = reader.readString();
    this.#keys[place] = other;
    characters[at] = first;
    characters[at + 1] = middle;
    characters[at + 2] = last;
    return other;
  }
}
