// SPDX-License-Identifier: Apache-2.0
/** How something grows: the exponent e of y = c * n^e, by least squares of the logarithms. */

/** @param {readonly { n: number, y: number }[]} points - two at least, all above 0 */
export function exponentOf(points) {
  const logs = points.map(({ n, y }) => [Math.log(n), Math.log(y)]);
  const mean = (/** @type {number} */ axis) => logs.reduce((sum, log) => sum + log[axis], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const slope =
    logs.reduce((sum, log) => sum + (log[0] - x) * (log[1] - y), 0) /
    logs.reduce((sum, log) => sum + (log[0] - x) ** 2, 0);
  return Number(slope.toFixed(3));
}
