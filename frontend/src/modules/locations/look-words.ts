/** What was asked, in words. A job's look carries the job's name. */
const words: Partial<Record<string, string>> = {
  FindConnections: 'Who was met',
  StreamConnections: 'Who was met',
  GetPath: 'Path',
  FindNearby: 'Who was near a place',
  GetConnectionGraph: 'Who met whom around a group',
  GetDensity: 'How many were where',
  ExportPerson: 'Everything that is kept',
}

/** @param method of the look, such as "FindConnections" or "organizations/a/jobs/{uuid}" */
export function lookLabel(method: string): string {
  if (/\/jobs\//.test(method) || method === 'connections') return 'Job: all who met'
  return words[method] ?? method
}

/** "2026-11-21 08:00 – 18:00 UTC", days alone where the bounds are midnights. */
export function windowText(start: Date | undefined, end: Date | undefined): string {
  if (start === undefined || end === undefined) return ''
  const [startDay, startTime] = minutes(start)
  const [endDay, endTime] = minutes(end)
  if (startTime === '00:00' && endTime === '00:00') {
    const last = minutes(new Date(end.getTime() - 1))[0]
    return last <= startDay ? startDay : `${startDay} – ${last}`
  }
  return startDay === endDay
    ? startTime === endTime
      ? `${startDay} ${startTime} UTC`
      : `${startDay} ${startTime} – ${endTime} UTC`
    : `${startDay} ${startTime} – ${endDay} ${endTime} UTC`
}

function minutes(time: Date): readonly [day: string, timeOfDay: string] {
  const text = time.toISOString()
  return [text.slice(0, 10), text.slice(11, 16)]
}
