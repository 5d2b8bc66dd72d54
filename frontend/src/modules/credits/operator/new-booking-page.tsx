import { PageHeader } from '../../../ui/page-header'

export default function NewBookingPage() {
  return <PageHeader title="New booking" />
}
