const labels: Readonly<Record<string, string>> = {
  jobs: 'Jobs',
  identity: 'Members and access',
  operator: 'Announcements',
  files: 'Files',
  credits: 'Credits',
}

/** For people: "jobs" is "Jobs". */
export function moduleLabel(module: string): string {
  return labels[module] ?? module.charAt(0).toUpperCase() + module.slice(1).replaceAll('_', ' ')
}

/** Of an event type: "jobs.completed" belongs to "jobs". */
export function moduleOf(eventType: string): string {
  return eventType.split('.')[0] ?? eventType
}
