"""main.cf, master.cf and the SASL configuration of the private instance.

    write(config_dir, **values)     see the names in the texts below
"""
import os

MAIN = """\
compatibility_level = 3.6
queue_directory = {queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {log}
maillog_file_prefixes = {log}
enable_long_queue_ids = yes

myhostname = mx.{domain}
mydomain = {domain}
myorigin = {domain}
mydestination =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_delimiter = +
disable_dns_lookups = yes
default_destination_recipient_limit = 1000

# All mail ends in the sink, at once.
default_transport = smtp:[127.0.0.1]:{sink}
relay_transport = smtp:[127.0.0.1]:{sink}
local_transport = smtp:[127.0.0.1]:{sink}
in_flow_delay = 0s
minimal_backoff_time = 1s
queue_run_delay = 1s

smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 2000

milter_default_action = tempfail
smtpd_milters = {{ {milter}, connect_timeout=5s, command_timeout=10s,
    content_timeout=20s, default_action=tempfail }}
non_smtpd_milters = {{ {milter}, connect_timeout=2s, command_timeout=4s,
    content_timeout=8s, default_action=quarantine }}
"""

MASTER = """\
127.0.0.1:{relay} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
    -o syslog_name=postfix/submission
    -o smtpd_sasl_auth_enable=yes
    -o cyrus_sasl_config_path={config}/sasl
    -o smtpd_sasl_local_domain={domain}
    -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
    -o milter_macro_daemon_name=SUBMISSION
pickup unix n - n 60 1 pickup
    -o cleanup_service_name=localcleanup
cleanup unix n - n - 0 cleanup
localcleanup unix n - n - 0 cleanup
    -o syslog_name=postfix/local
    -o milter_macro_daemon_name=LOCAL
    -o header_checks=regexp:{config}/local_uid
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""

LOCAL_UID = """\
/^X-Local-Submitter:/ IGNORE
/^Received: by [^ ]+ \\(Postfix, from userid ([0-9]+)\\)/ PREPEND X-Local-Submitter: uid=$1
"""

SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN LOGIN
sasldb_path: {sasl_db}
"""


def write(config_dir, **values):
    values["config"] = config_dir
    os.makedirs(os.path.join(config_dir, "sasl"), exist_ok=True)
    for name, text in (("main.cf", MAIN.format(**values)),
                       ("master.cf", MASTER.format(**values)),
                       ("local_uid", LOCAL_UID),
                       ("sasl/smtpd.conf", SASL.format(**values))):
        path = os.path.join(config_dir, name)
        with open(path, "w") as f:
            f.write(text)
        # Postfix waits until a configuration file is older than a second.
        os.utime(path, (os.stat(path).st_mtime - 10,) * 2)
