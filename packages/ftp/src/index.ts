export { FtpRefusal } from "./answer.js";
export type { FtpArea, FtpCredentials, FtpFile, FtpSignIn } from "./area.js";
export type { FtpEvent, FtpOptions } from "./options.js";
export { createFtpServer, type FtpServer } from "./server.js";
