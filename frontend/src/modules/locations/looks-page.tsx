import { PageHeader } from '../../ui/page-header'

export default function LooksPage() {
  return <PageHeader title="Looks" />
}
