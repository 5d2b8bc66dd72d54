export { createKubernetesContainers } from './kubernetes-containers.ts'
