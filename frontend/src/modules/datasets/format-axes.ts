/** "4096 × 4096" */
export function formatAxes(axes: readonly bigint[]): string {
  return axes.map(String).join(' × ')
}
