/** The arguments of a command cannot be understood: what is wrong is told with what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
