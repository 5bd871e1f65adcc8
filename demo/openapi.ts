import type { OpenApiOptions } from "express-grpc-transcoding";
import { pictureTypes } from "./bookstore/bookstore.js";

const pictures = Object.fromEntries([...pictureTypes].map((type) => [type, {}]));

/** What the document of the demo says and its protos do not: a title for both services, and what covers are. */
export const demoOpenApi: OpenApiOptions = {
  info: { title: "Greeter and bookstore" },
  base: {
    paths: {
      "/v1/shelves/{shelf}/books/{book}/cover": {
        get: { responses: { "200": { content: pictures } } },
        post: { requestBody: { content: pictures } },
      },
    },
  },
};
