/** What can be wrong: how bad it is, what it is in one sentence, and what to do about it. */
export interface Cause {
  readonly level: "fault" | "warning";
  readonly cause: string;
  readonly remedy: string;
}

const fault = (cause: string, remedy: string): Cause => ({ level: "fault", cause, remedy });
const warning = (cause: string, remedy: string): Cause => ({ level: "warning", cause, remedy });

/** Everything the doctor can find, by a name that does not change: for people and for programs that read `--json`. */
export const CAUSES = Object.freeze({
  "settings-unusable": fault(
    "the settings cannot be used",
    'correct the setting that is named; "kalends config --all" lists what there is',
  ),
  "workers-embedded": fault(
    "several workers are set, but the embedded database serves one process",
    "set workers to 1, or use PostgreSQL",
  ),
  "secret-readable": fault(
    "everybody on this machine may read a file that holds a secret",
    "chmod 600 the file, or 640 with the group that needs it",
  ),
  "certificate-unreadable": fault(
    "a certificate or key file cannot be read",
    "correct its path, or let the account of the server read it",
  ),
  "key-mismatch": fault(
    "the private key does not belong to the certificate",
    "set the key that the certificate was requested with",
  ),
  "certificate-expired": fault("a certificate has expired", "renew it; the files are read again while the server runs"),
  "certificate-expiring": warning("a certificate expires within two weeks", "see that its renewal works"),
  "certificate-name": fault(
    "a certificate is for other names than the public one",
    "request one for the host of publicUrl",
  ),
  "chain-incomplete": fault(
    "the certificate comes without the ones above it, so that many clients refuse it",
    "use the file with the whole chain (often fullchain.pem)",
  ),
  "certificate-untrusted": fault(
    "nobody trusts the issuer of the certificate",
    "use one of a known authority, or make every device trust this one",
  ),
  "folder-missing": fault("the data folder cannot be made", "make it, and give it to the account of the server"),
  "folder-read-only": fault(
    "nothing can be written to the data folder",
    "give it to the account of the server; see that its file system is not mounted read-only",
  ),
  "disk-full": fault("the disk of the data folder is full", "free some space, or move the data to a larger disk"),
  "disk-low": warning("the disk of the data folder is nearly full", "free some space before it is"),
  "folder-locked": fault(
    "another process holds the data folder, and it is no server that answers here",
    "stop that process; a lock of a process that is gone is taken over by itself",
  ),
  "database-down": fault(
    "nothing answers where the database is said to be",
    "start PostgreSQL, or correct host and port in the setting database",
  ),
  "database-host": fault(
    "the host of the database has no address",
    "correct the host in the setting database, or the name service of this machine",
  ),
  "database-timeout": fault(
    "the database does not answer in time",
    "see whether a firewall drops the packets, and whether host and port are right",
  ),
  "database-password": fault(
    "the database refuses the account or its password",
    "correct account and password in the setting database, or pg_hba.conf",
  ),
  "database-missing": fault(
    "the database server has no database of this name",
    "make it (createdb -E UTF8 -O ACCOUNT NAME), or correct the name in the setting database",
  ),
  "database-starting": fault(
    "the database is starting or stopping",
    "wait until it accepts connections, and look at its log if it does not",
  ),
  "database-full": fault("the database has no session left", "raise its max_connections, or lower workers"),
  "database-unusable": fault("the database cannot be used", "what it says stands beside"),
  "database-old": fault("the database is older than PostgreSQL 15", "upgrade it"),
  "database-encoding": fault("the database does not keep UTF-8", "make it anew with -E UTF8"),
  "database-rights": fault(
    "the account may not make tables in the database",
    "make the account the owner of the database, or grant create on schema public",
  ),
  "database-standby": fault(
    "the database is a standby and takes no writes",
    "name the primary in the setting database, or promote this one",
  ),
  "database-fsync": fault(
    "the database does not wait for the disk (fsync is off): a power cut can destroy everything",
    "set fsync = on and reload",
  ),
  "database-sync-commit": warning(
    "the database confirms writes before they are on the disk (synchronous_commit is off): a crash loses the last ones",
    "set synchronous_commit = on",
  ),
  "database-connections": warning(
    "the workers together may want more sessions than the database has",
    "raise max_connections, or lower workers",
  ),
  "schema-newer": fault(
    "the database was brought up to date by a newer version of Kalends",
    "run that version; there is no way back but a backup",
  ),
  "schema-changed": fault(
    "the database was set up by a build whose migrations differ from this one's",
    "run the version that set it up",
  ),
  "schema-older": warning(
    "the database waits for migrations",
    '"kalends serve" applies them at its start, "kalends migrate" now',
  ),
  "clock-database": fault("the clocks of this machine and of the database differ", "run a time service (NTP) on both"),
  "clock-public": fault(
    "the clock of the machine that answers at the public address differs from ours",
    "run a time service (NTP) on both",
  ),
  "port-taken": fault(
    "another program has the address of the HTTP listener",
    "stop it, or choose another address with the setting listen",
  ),
  "port-forbidden": fault(
    "this account may not listen at the address of the HTTP listener",
    "choose a port from 1024 on, or allow it (CAP_NET_BIND_SERVICE)",
  ),
  "address-foreign": fault(
    "the address of the HTTP listener does not belong to this machine",
    "correct the setting listen; 0.0.0.0 is all addresses",
  ),
  "server-off": warning("no server runs at the address of the HTTP listener", "start it: kalends serve"),
  "server-not-ready": fault("the server runs but is not ready", "what it says stands beside"),
  "files-few": warning(
    "a process may open few files (ulimit -n)",
    "raise the limit to 4096 or more (LimitNOFILE with systemd)",
  ),
  "memory-low": warning("there is little memory for so many processes", "add memory, or lower workers"),
  "name-unknown": fault(
    "the host of the public address has no address in the DNS",
    "add an A or AAAA record, or correct publicUrl",
  ),
  "srv-elsewhere": fault(
    "the DNS sends calendar programs elsewhere (_caldavs._tcp)",
    "let the SRV record name the host and port of publicUrl",
  ),
  "srv-missing": warning(
    "the DNS does not tell calendar programs where the server is (_caldavs._tcp)",
    "add an SRV record for the domain, or have people type the server's address",
  ),
  "public-unreachable": fault(
    "the public address cannot be reached",
    "start the proxy; see to publicUrl, port and firewall",
  ),
  "public-other": fault(
    "something else than this server answers at the public address",
    "let the proxy hand its requests to the setting listen, and correct publicUrl",
  ),
  "proxy-no-server": fault(
    "the proxy at the public address does not reach the server behind it",
    "let it hand requests to the address of the setting listen",
  ),
  "well-known-missing": fault(
    "/.well-known/caldav at the public host does not lead to the server",
    "let the proxy hand that path on too, or redirect it to publicUrl",
  ),
  "proxy-method": fault(
    "something on the way refuses methods of CalDAV",
    "let the proxy, or the firewall before it, pass all methods",
  ),
  "proxy-body": fault(
    "something on the way refuses large bodies",
    "raise its limit to the setting limits.wholeFileSize (nginx: client_max_body_size)",
  ),
  "proxy-host": fault(
    "the server does not learn under which host it was asked",
    "let the proxy pass Host (or X-Forwarded-Host), and set trustProxy",
  ),
  "proxy-scheme": fault(
    "the server does not learn that it was asked over https",
    "set publicUrl; or let the proxy send X-Forwarded-Proto, and set trustProxy",
  ),
  "proxy-untrusted": warning(
    "the proxy says who asks, but the server does not believe it: all people count as one address",
    "name the proxy in trustProxy; where it sends Forwarded, set proxyHeader too",
  ),
  "proxy-header": fault(
    "something on the way removes headers of CalDAV",
    "let the proxy pass all headers of the client",
  ),
  "proxy-prefix": fault(
    "the paths in answers are not below the public address: clients would lose their way",
    "let the proxy hand paths on unchanged, or set publicUrl with the prefix that it removes",
  ),
  "proxy-etag": fault(
    "something on the way changes ETags: clients would see every object as changed",
    "switch off compression and rewriting for this server",
  ),
  "proxy-body-changed": fault("something on the way changes calendar objects", "switch off rewriting for this server"),
  "sync-failed": fault(
    "a calendar program could not sync through the public address",
    "what went wrong stands beside; the request id leads to the line in the log",
  ),
  "account-failed": fault("no account for a trial could be made", "what the server says stands beside"),
} as const satisfies Readonly<Record<string, Cause>>);

export type CauseId = keyof typeof CAUSES;
