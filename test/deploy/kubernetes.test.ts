import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, type IPodSpec, Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseConfig } from '../../src/platform/config/config.js';
import { VARIABLES } from '../../src/platform/config/variables.js';
import { drainTime } from '../../src/platform/lifecycle.js';
import { startFixture } from '../support/app/fixture.js';

const root = join(import.meta.dirname, '../..');
const FILES = ['kubernetes/server.yaml', 'kubernetes/ingress.yaml'];
const KINDS = { ConfigMap, Deployment, Service, PodDisruptionBudget, Ingress };

type Kind = keyof typeof KINDS;
interface Manifest {
  apiVersion: string;
  kind: Kind;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has members of its own, which the schemas check
  [member: string]: any;
}

const manifests = FILES.flatMap((file) =>
  parseAllDocuments(readFileSync(join(root, file), 'utf8'), { strict: true, uniqueKeys: true }).map(
    (document) => document.toJS() as Manifest,
  ),
);
const byKind = Object.fromEntries(manifests.map((manifest) => [manifest.kind, manifest])) as Record<
  Kind,
  Manifest
>;
const deployment = byKind.Deployment['spec'];
const pod = deployment.template.spec as IPodSpec;
const [container] = pod.containers;

/**
 * Validates a manifest against the published schema of its kind.
 *
 * @returns the fields that the schema does not know. It allows them, but `kubectl` does not. A validator looks at every
 * field that it knows, so the others are those that it never asked for.
 * @throws when a known field is wrong or missing
 */
function unknownFields(manifest: Manifest): string[] {
  const { apiVersion, kind, prototype } = KINDS[manifest.kind] as unknown as {
    apiVersion: string;
    kind: string;
    prototype: { validate: () => void };
  };
  expect(manifest).toMatchObject({ apiVersion, kind });
  const unseen = new Set<string>();
  prototype.validate.call(watched(manifest, '', unseen));
  return [...unseen];
}

/** Wraps a value so that every path in it is in `unseen` until it is read. */
function watched<Value>(value: Value, path: string, unseen: Set<string>): Value {
  if (typeof value !== 'object' || value === null) return value;
  const parts = new Map<string | symbol, unknown>();
  for (const [name, part] of Object.entries(value)) {
    unseen.add(`${path}/${name}`);
    parts.set(name, watched(part, `${path}/${name}`, unseen));
  }
  return new Proxy(value, {
    get(target, name) {
      unseen.delete(`${path}/${String(name)}`);
      return parts.has(name) ? parts.get(name) : Reflect.get(target, name);
    },
  });
}

describe('the schemas of Kubernetes', () => {
  it.each(manifests.map((manifest) => [manifest.kind, manifest] as const))(
    'accept the %s',
    (_kind, manifest) => {
      expect(unknownFields(manifest)).toEqual([]);
    },
  );

  it.each([
    ['a field in the wrong place', { spec: { ...deployment, minReadySecond: 5 } }, '/spec/minReadySecond'],
    ['a field at the top', { specs: {} }, '/specs'],
    [
      'a field of a container',
      { spec: { ...deployment, template: { spec: { containers: [{ ...container, imagee: 'x' }] } } } },
      '/spec/template/spec/containers/0/imagee',
    ],
  ])('do not know %s', (_what, changes, path) => {
    expect(unknownFields({ ...byKind.Deployment, ...changes })).toContain(path);
  });

  it.each([
    ['a number as text', { ...deployment, replicas: '3' }],
    ['a Deployment without a selector', { ...deployment, selector: undefined }],
    ['a value that is not one of those allowed', { ...deployment, strategy: { type: 'Rolling' } }],
  ])('refuse %s', (_what, spec) => {
    expect(() => unknownFields({ ...byKind.Deployment, spec })).toThrow();
  });
});

describe('the server in Kubernetes', () => {
  const environment = byKind.ConfigMap['data'] as Record<string, string>;
  const secrets = container?.env ?? [];

  it('gets settings that it knows, and secrets only by reference', () => {
    for (const name of [...Object.keys(environment), ...secrets.map(({ name }) => name)])
      expect(VARIABLES, name).toHaveProperty(name);
    for (const { name, value, valueFrom } of secrets)
      expect([value, valueFrom?.secretKeyRef]).toEqual([
        undefined,
        expect.objectContaining({ name: 'mcp', key: name }),
      ]);
    expect(container?.envFrom).toEqual([{ configMapRef: { name: byKind.ConfigMap['metadata'].name } }]);
    expect(() => parseConfig(environment)).not.toThrow();
    expect(readFileSync(join(root, 'docs/scaling.md'), 'utf8')).toContain('create secret generic mcp');
  });

  it('listens where the image says, and is probed and reached there', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    expect(container?.ports).toEqual([
      { name: 'http', containerPort: Number(/^EXPOSE (\d+)$/m.exec(dockerfile)?.[1]) },
      { name: 'metrics', containerPort: parseConfig(environment).metricsPort },
    ]);
    expect(dockerfile).toMatch(/\bPORT=8000\b/);
    for (const probe of [container?.startupProbe, container?.readinessProbe, container?.livenessProbe])
      expect(probe?.httpGet?.port).toBe('http');
    expect(byKind.Service['spec'].ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    const [rule] = byKind.Ingress['spec'].rules;
    expect(rule.http.paths[0].backend.service).toEqual({
      name: byKind.Service['metadata'].name,
      port: { name: 'http' },
    });
    expect(`https://${rule.host}`).toBe(environment['PUBLIC_URL']);
  });

  it('answers the probes, under whatever name it is called', async () => {
    const app = await startFixture();
    const paths = [container?.startupProbe, container?.readinessProbe, container?.livenessProbe].map(
      (probe) => probe?.httpGet?.path,
    );
    expect(paths).toEqual(['/healthz', '/readyz', '/healthz']);
    for (const path of paths) {
      const answer = await fetch(`${app.listening}${path}`, { headers: { Host: '10.1.2.3:8000' } });
      expect(answer.status).toBe(200);
    }
    await app.stop();
  });

  it('may finish its calls before it is killed, and is told to stop after the others stop calling it', () => {
    const pause = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(pause).toBeGreaterThan(0);
    // Five seconds for services, and some for the database.
    const stopping = drainTime(parseConfig(environment).toolTimeoutMs) / 1000 + 5 + 5;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(pause + stopping);
  });

  it('runs as the user of the image, and can write to nothing but /tmp', () => {
    const user = /^USER (\d+):(\d+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'));
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: Number(user?.[1]),
      runAsGroup: Number(user?.[2]),
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(['/tmp']);
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });

  it('never has fewer replicas than asked for during an update, and loses one at a time when nodes are emptied', () => {
    expect(deployment.replicas).toBeGreaterThanOrEqual(3);
    expect(deployment.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(byKind.PodDisruptionBudget['spec'].maxUnavailable).toBe(1);
  });

  it('is selected by the labels it has', () => {
    const labels = { 'app.kubernetes.io/name': 'mcp' };
    expect(deployment.template.metadata.labels).toEqual(labels);
    const selectors = [deployment.selector, byKind.PodDisruptionBudget['spec'].selector];
    for (const { matchLabels } of selectors) expect(matchLabels).toEqual(labels);
    expect(byKind.Service['spec'].selector).toEqual(labels);
  });
});
