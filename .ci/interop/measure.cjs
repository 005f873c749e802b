// A line as Go's benchmarks write them, of how long a verification takes once
// Node has compiled it.
'use strict';

module.exports = async (name, verify, times) => {
  const run = async (n) => {
    for (let i = 0; i < n; i++) if ((await verify()) === null) throw new Error(name + ' refuses');
  };
  await run(Math.ceil(times / 10));
  const start = process.hrtime.bigint();
  await run(times);
  const each = (process.hrtime.bigint() - start) / BigInt(times);
  return `BenchmarkSpecimen/${name.replaceAll(' ', '_')}\t${times}\t${each} ns/op`;
};
