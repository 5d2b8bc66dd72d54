import { PageHeader } from '../../ui/page-header'

export default function PersonPage() {
  return <PageHeader title="Person" />
}
