// Before each test file: with PROPERTY_SEED all property-based tests draw the same cases again, without it new ones.
import fc from "fast-check";

const seed = process.env.PROPERTY_SEED;
if (seed) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
