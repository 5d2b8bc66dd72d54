import { PageHeader } from '../../../ui/page-header'

export default function MapPage() {
  return <PageHeader title="Map" />
}
