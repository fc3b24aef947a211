/** How often a law is tried: `usual` times, or as KALENDS_TEST_RUNS says, for long runs at night. */
export const runs = (usual: number): number => Number(process.env.KALENDS_TEST_RUNS || usual);
