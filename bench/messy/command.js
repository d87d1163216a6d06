// SPDX-License-Identifier: Apache-2.0
/** Runs a command of the package in this process, and prints what it took: `command.js MAIN ARGUMENT ...`. */

const [main = '', ...argv] = process.argv.slice(2);
process.argv = [process.argv[0] ?? '', main, ...argv];
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(
    `\n${JSON.stringify({ cpu: (user + system) / 1e6, seconds: performance.now() / 1000, megabytes })}`,
  );
});
await import(main);
