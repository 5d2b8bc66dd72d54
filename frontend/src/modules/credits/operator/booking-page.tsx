import { PageHeader } from '../../../ui/page-header'

export default function BookingPage() {
  return <PageHeader title="Booking" />
}
