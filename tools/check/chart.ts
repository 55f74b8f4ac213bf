import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { PROJECT } from '../project.ts';

const CHART = join(PROJECT, 'charts', 'steno');

/** The least that the chart wants to be told. */
export const LEAST_VALUES = {
  config: { PUBLIC_URL: 'https://steno.example.com', S3_BUCKET: 'recordings' },
  secrets: { existingSecret: 'steno' },
};

/** Values by which everything in the chart is made. */
export const ALL_VALUES = {
  ...LEAST_VALUES,
  config: { ...LEAST_VALUES.config, PLAN_JOBS: 'free=4, pro=9', MAX_UPLOAD_MB: 900, DOCS_ENABLED: false },
  image: { registry: 'example.com/steno/', tag: '1.2.3', pullSecrets: ['registry'] },
  extraEnv: [{ name: 'OPENAI_API_KEY', valueFrom: { secretKeyRef: { name: 'vendors', key: 'openai' } } }],
  extraVolumes: [{ name: 'models-file', configMap: { name: 'models-file' } }],
  extraVolumeMounts: [{ name: 'models-file', mountPath: '/etc/steno' }],
  models: { existingClaim: 'whisper' },
  serviceAccount: { annotations: { role: 'recordings' } },
  api: {
    podAnnotations: { a: 'b' },
    nodeSelector: { c: 'd' },
    tolerations: [{ operator: 'Exists' }],
    affinity: { podAffinity: {} },
  },
  service: { annotations: { e: 'f' } },
  ingress: {
    enabled: true,
    className: 'nginx',
    annotations: { g: 'h' },
    hosts: ['steno.example.com'],
    tls: [{ hosts: ['steno.example.com'], secretName: 'steno-tls' }],
  },
  worker: {
    autoscaling: { enabled: true, connectionSecret: { name: 'scaler' } },
    podAnnotations: { i: 'j' },
    nodeSelector: { k: 'l' },
    tolerations: [{ operator: 'Exists' }],
    affinity: { podAffinity: {} },
  },
  migrations: { existingSecret: 'owner' },
  networkPolicy: {
    apiFrom: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }],
    workerFrom: [{ namespaceSelector: { matchLabels: { name: 'prometheus' } } }],
  },
};

interface Container {
  name: string;
  image: string;
  command?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
  envFrom?: object[];
  securityContext?: object;
  volumeMounts?: { name: string; mountPath: string }[];
  [probe: string]: unknown;
}

interface PodTemplate {
  spec: { containers: Container[]; terminationGracePeriodSeconds?: number; [setting: string]: unknown };
}

/** An object for Kubernetes, as far as tests look into it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  spec: Record<string, unknown> & { template?: PodTemplate };
}

/** What a pod of a deployment or job is made from. */
export function podOf(object: KubernetesObject | undefined): PodTemplate['spec'] & { container: Container } {
  const spec = object?.spec.template?.spec;
  const [container] = spec?.containers ?? [];
  if (spec === undefined || container === undefined) throw new Error(`${object?.kind ?? 'Nothing'} has no pod.`);
  return { ...spec, container };
}

/**
 * Renders the chart, or lints it.
 * @throws Error with what Helm says, also when the values do not fit their schema
 */
export class Chart {
  private readonly helm: string;

  constructor(helm: string) {
    this.helm = helm;
  }

  async render(values: object): Promise<KubernetesObject[]> {
    const text = await this.run(['template', 'steno', CHART], values);
    return parseAllDocuments(text).flatMap((document) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      return document.contents === null ? [] : [document.toJS() as KubernetesObject];
    });
  }

  async lint(values: object): Promise<void> {
    await this.run(['lint', CHART, '--strict', '--quiet'], values);
  }

  private async run(args: string[], values: object): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'steno-chart-'));
    try {
      const file = join(folder, 'values.yaml');
      // Helm reads YAML 1.1, where an unquoted `off` is no text.
      await writeFile(file, stringify(values, { version: '1.1' }));
      const folders = { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
      const env = { PATH: process.env.PATH, HOME: folder, ...folders };
      return (await promisify(execFile)(this.helm, [...args, '--values', file], { env })).stdout;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
