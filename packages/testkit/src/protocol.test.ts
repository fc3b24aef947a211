import { fileURLToPath } from "node:url";
import { runTranscripts } from "./transcript/files.js";

runTranscripts(fileURLToPath(new URL("../protocol", import.meta.url)));
