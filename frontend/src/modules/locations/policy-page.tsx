import { PageHeader } from '../../ui/page-header'

export default function PolicyPage() {
  return <PageHeader title="Purposes and policy" />
}
