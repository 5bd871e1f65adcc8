/**
 * Give an object of Express the hidden class that others of its kind have.
 *
 * Express changes the prototype of each request and response and adds properties then. The V8 of Node 20 and 22 makes a
 * hidden class of its own for every object that this is done to, and has to look each property of it up anew, in node's
 * code above all: two fifths of the instructions of a small request. An object that a property has been deleted from is a
 * dictionary, and the dictionaries of one prototype share theirs. Node 24 has nothing to mend.
 *
 * @param name a property whose value the caller knows; afterwards it is the last one of the object, and as it was before.
 */
export function shareHiddenClass(owner: object, name: string, value: unknown): void {
  if (!isNeeded || !Object.isExtensible(owner)) return;
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (before?.value === value && before?.writable && Reflect.deleteProperty(owner, name)) {
    Object.defineProperty(owner, name, before);
  }
}

const isNeeded = Number.parseInt(process.versions.node, 10) < 24;
