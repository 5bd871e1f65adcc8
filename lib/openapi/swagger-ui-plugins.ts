/** Swagger UI takes every answer whose type has "json" in its name for one JSON text, and calls lines of it a fault. */
const showStreamsAsText = `function showStreamsAsText({ React }) {
  const isOneText = (content) => {
    try {
      JSON.parse(content);
      return true;
    } catch {
      return false;
    }
  };
  const wrap = (ResponseBody) => (props) => {
    const isLines = /json/i.test(props.contentType) && typeof props.content === "string" && !isOneText(props.content);
    return React.createElement(ResponseBody, isLines ? { ...props, contentType: "text/plain" } : props);
  };
  return { wrapComponents: { responseBody: wrap } };
}
`;

/** Swagger UI fills parameters that are objects, such as maps, with a sample that it makes up, and sends it. */
const leaveParametersEmpty = `function leaveParametersEmpty({ React }) {
  const wrap = (ParameterRow) => (props) =>
    React.createElement(ParameterRow, { ...props, fn: { ...props.fn, getSampleSchema: () => null } });
  return { wrapComponents: { parameterRow: wrap } };
}
`;

/**
 * To follow the references of one operation, Swagger UI goes through the whole document anew: most of a minute of
 * processor time where it has a thousand of them. It is given the operation with all that it refers to.
 */
const resolvePartsAlone = `function resolvePartsAlone() {
  const pattern = /("\\$ref":)?"#(?:\\/components\\/(\\w+)\\/([\\w.-]+)|[^"]*)"/g;
  const isOperation = (member) => member !== null && typeof member === "object" && "responses" in member;

  /** The components that a part refers to; undefined where it refers to anything else. */
  function findComponents(part, components) {
    const found = { securitySchemes: components.securitySchemes ?? {} };
    const texts = [JSON.stringify([part, found])];
    for (const text of texts) {
      for (const [, isReference, kind, name] of text.matchAll(pattern)) {
        const component = components[kind]?.[name];
        if (isReference && component === undefined) return undefined;
        if (component === undefined || Object.hasOwn(found[kind] ?? {}, name)) continue;
        found[kind] = { ...found[kind], [name]: component };
        texts.push(JSON.stringify(component));
      }
    }
    return found;
  }

  function cutOut(document, path) {
    const [kind, first, second] = path;
    const { paths = {}, components = {}, ...others } = document;
    if (kind === "paths" && second !== undefined) {
      const members = Object.entries(paths[first] ?? {});
      const item = Object.fromEntries(members.filter(([name, member]) => name === second || !isOperation(member)));
      const part = { ...others, paths: { [first]: item } };
      const found = findComponents(part, components);
      return found === undefined ? document : { ...part, components: found };
    }
    if (kind !== "components" || first === undefined) return document;
    const asked = second === undefined ? components[first] : { [second]: components[first]?.[second] };
    const part = { ...others, paths: {} };
    const found = findComponents([part, asked], components);
    if (found === undefined) return document;
    return { ...part, components: { ...found, [first]: { ...found[first], ...asked } } };
  }

  return {
    afterLoad() {
      const { resolveSubtree } = this.fn;
      this.fn.resolveSubtree = (document, path, options) => resolveSubtree(cutOut(document, path), path, options);
    },
  };
}
`;

/** Swagger UI reads documents as YAML, which takes seconds for large ones; those of the page are JSON. */
const readDocumentsAsJson = `function readDocumentsAsJson() {
  const parseToJson = (readYaml, { specActions, specSelectors, errActions }) => (text) => {
    let document;
    try {
      document = JSON.parse(text ?? specSelectors.specStr());
    } catch {
      return readYaml(text);
    }
    errActions.clear({ source: "parser" });
    return specActions.updateJsonSpec(document);
  };
  return { statePlugins: { spec: { wrapActions: { parseToJson } } } };
}
`;

/** What Swagger UI does otherwise on the page: plugins, as JavaScript that defines a function of their name. */
export const swaggerUiPlugins: ReadonlyMap<string, string> = new Map(
  Object.entries({ showStreamsAsText, leaveParametersEmpty, readDocumentsAsJson, resolvePartsAlone }),
);
