/** What uses a file, by its resource name, with the address of its page where it has one. */
export function fileUse(name: string): { label: string; to: string | undefined } {
  const [, organization, kind, id = ''] = /^organizations\/([^/]+)\/([^/]+)\/(.+)$/.exec(name) ?? []
  const short = id.slice(-12)
  switch (kind) {
    case 'transfers':
      return { label: `Transfer ${short}`, to: `/o/${organization}/transfers/${id}` }
    case 'datasets':
      return { label: `Dataset ${id}`, to: `/o/${organization}/datasets/${encodeURIComponent(id)}` }
    case 'jobs':
      return { label: `Job ${short}`, to: `/o/${organization}/jobs/${id}` }
    default: {
      const booking = /^(?:creditBookings|bookings)\/(.+)$/.exec(name)?.[1]
      return booking === undefined
        ? { label: name, to: undefined }
        : { label: `Booking ${booking.slice(-12)}`, to: `/credits/bookings/${booking}` }
    }
  }
}
