# Corosync reads its drop-ins when it starts and when it is told to. Where it does not run there is nothing to tell.
reload_corosync() {
	[ -r /run/corosync.pid ] && kill -0 "$(cat /run/corosync.pid)" 2>/dev/null || return 0
	# A frozen corosync does not answer, and dpkg is not to wait for that.
	timeout 10 corosync-cfgtool -R >/dev/null || echo 'corosync-exporter: corosync did not reload; make up for it with: corosync-cfgtool -R' >&2
}
