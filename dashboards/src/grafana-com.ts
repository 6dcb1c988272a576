import type { Json } from './finish.ts';

/** The form that grafana.com shares: whoever imports it is asked for a data source, which the variable then has. */
export function forGrafanaCom(dashboard: Json): Json {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
  const answer = '${DS_PROMETHEUS}';
  const { templating, ...rest } = dashboard as { templating: { list: Json[] } } & Json;
  return {
    __inputs: [
      {
        name: 'DS_PROMETHEUS',
        label: 'Prometheus',
        description: 'The Prometheus that scrapes corosync-exporter',
        type: 'datasource',
        pluginId: 'prometheus',
        pluginName: 'Prometheus',
      },
    ],
    ...rest,
    templating: {
      list: templating.list.map((variable) =>
        variable.type === 'datasource' ? { ...variable, current: { text: answer, value: answer } } : variable,
      ),
    },
  };
}
