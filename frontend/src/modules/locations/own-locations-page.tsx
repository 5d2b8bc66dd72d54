import { PageHeader } from '../../ui/page-header'

export default function OwnLocationsPage() {
  return <PageHeader title="My locations" />
}
