/**
 * A function that is made when it is first needed: types may contain themselves, and most are never used.
 *
 * Generated code calls `(lazy.made ?? lazy.make())(...)`. A stub that replaces itself would do, but then the engine
 * sees two functions at each call, and inlines neither.
 */
export class LazyFunction<F> {
  made: F | undefined;
  readonly #create: () => F;

  constructor(create: () => F) {
    this.#create = create;
  }

  make(): F {
    this.made = this.#create();
    return this.made;
  }

  get(): F {
    return this.made ?? this.make();
  }
}
