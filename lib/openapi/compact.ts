/** The members that have a value, for objects that are emitted. */
export function compact<T extends object>(members: T): Compact<T> {
  // The compiler cannot follow which members a filter removes.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Compact<T>;
}

type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
