import type { JsonSwitches } from "../json/codec.js";
import type { Annotations } from "./annotations/annotations.js";
import type { IsRequired } from "./schemas/required-fields.js";
import type { Resources } from "./schemas/resources.js";
import type { Visibility } from "./visibility.js";

/** What every part of a document is made with. */
export interface DocumentContext {
  readonly switches: JsonSwitches;
  readonly visibility: Visibility;
  readonly resources: Resources;
  readonly annotations: Annotations;
  readonly isRequired: IsRequired;
  /** Whether an update without its mask gets one from what the body sets. */
  readonly infersUpdateMask: boolean;
}
