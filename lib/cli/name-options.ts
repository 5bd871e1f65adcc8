/**
 * What the library says, with its options under the names that they have on the command line.
 *
 *     nameOptions('it is in "proto", add that to includeDirs')    // it is in "proto", add that with -I
 */
export function nameOptions(message: string): string {
  return message
    .replaceAll("to includeDirs", "with -I")
    .replace(
      /(?<=no security scheme is called ".*": define it)$/gm,
      ", in the document of --base if nowhere else",
    );
}
