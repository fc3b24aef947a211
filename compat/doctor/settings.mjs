// Settings that contradict each other or name the wrong files.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { names, SECRET } from "./examine.mjs";

export async function onSettings(stage) {
  await names(stage, "a listen address that is none", "settings-unusable", { KALENDS_LISTEN: "everywhere" });
  await names(stage, "a setting that does not exist", "settings-unusable", { KALENDS_COLOUR: "red" });
  await names(stage, "two workers on the embedded database", "workers-embedded", { KALENDS_WORKERS: "2" });
  const file = join(stage.folder, "open.yaml");
  writeFileSync(file, `database: postgres://kalends:${SECRET}@127.0.0.1:1/kalends\n`);
  chmodSync(file, 0o644);
  await names(stage, "a settings file with a password that everybody may read", "secret-readable", {
    KALENDS_CONFIG: file,
  });
  await onCertificateFiles(stage);
}

async function onCertificateFiles(stage) {
  const { certificates } = stage;
  const pair = (certificate, key) => ({ KALENDS_FTP_CERTIFICATE: certificate, KALENDS_FTP_KEY: key });
  const pairOf = (name) => pair(certificates.chain(name), certificates.key(name));
  chmodSync(certificates.key("good"), 0o644);
  await names(stage, "a key file that everybody may read", "secret-readable", pairOf("good"));
  for (const name of certificates.names) chmodSync(certificates.key(name), 0o600);
  const strange = pair(certificates.chain("good"), certificates.key("other"));
  await names(stage, "a key of another certificate", "key-mismatch", strange);
  await names(stage, "a certificate file that is not there", "certificate-unreadable", pair("/none.pem", "/none.key"));
  await names(stage, "a certificate file that has expired", "certificate-expired", pairOf("expired"));
  await names(stage, "a certificate file that ends in five days", "certificate-expiring", pairOf("ending"), {
    level: "warning",
  });
  const leaf = pair(certificates.leaf("good"), certificates.key("good"));
  await names(stage, "a certificate file without the ones above", "chain-incomplete", leaf);
}
