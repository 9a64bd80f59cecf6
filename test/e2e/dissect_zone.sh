# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # lab.sh's variables
#
# The name servers of dissect.sh and what they are asked: every type of record
# that an unbound or a dnsmasq of Debian 12 can be brought to serve, and every
# other thing that a message can have.

# Addresses of the two, in the lab's server namespace.
DISSECT_UNBOUND4=10.77.0.3
DISSECT_UNBOUND6=fd00:77::3
DISSECT_DNSMASQ4=10.77.0.4
DISSECT_DNSMASQ6=fd00:77::4

unbound_zone()
{
	local i

	cat <<-'END'
	$ORIGIN rich.
	$TTL 300
	@ SOA ns host\.master 1 3600 600 86400 60
	@ NS ns
	@ NS ns2.elsewhere.example.
	ns A 10.77.0.3
	ns AAAA fd00:77::3
	four A 10.77.0.30
	six AAAA fd00:77::30
	both A 10.77.0.31
	both AAAA fd00:77::31
	both TXT "not an address"
	alias CNAME four
	chain CNAME hop-one
	hop-one CNAME hop-two
	hop-two CNAME both
	dangling CNAME nowhere
	loop-a CNAME loop-b
	loop-b CNAME loop-a
	away CNAME www.elsewhere.example.
	old DNAME new
	www.new A 10.77.0.32
	mail.new CNAME both
	mail MX 10 four
	mail MX 20 both
	mail MX 30 mx.elsewhere.example.
	null MX 0 .
	_http._tcp SRV 0 5 80 four
	_http._tcp SRV 65535 65535 8080 both
	_none._tcp SRV 0 0 0 .
	h HTTPS 1 . alpn="h2,h3" ipv4hint=10.77.0.33,10.77.0.34 ipv6hint=fd00:77::33
	h A 10.77.0.33
	port HTTPS 16 h port=8443 no-default-alpn alpn=h2 mandatory=alpn,port ech="AEX+DQ=="
	apex HTTPS 0 h
	_dns SVCB 1 h alpn=dot port=853 key667=hello
	_odd._dns TYPE64 \# 23 0001000001000c08665c6f6f2c626172026832ff000000
	txt TXT "v=spf1 -all" "" "quote\" back\\slash" "\000\007\200\255" "semi;colon (x)"
	txt TXT plain
	ptr PTR four
	host HINFO "x86 64" Linux
	rp RP admin.four txt
	afs AFSDB 1 both
	rt RT 10 both
	kx KX 1 four
	naptr NAPTR 100 50 "s" "http+I2L+I2C+I2R" "" _http._tcp
	regex NAPTR 100 50 "u" "E2U+sip" "!^.*$!sip:a@b.example!" .
	caa CAA 0 issue "ca.example; policy=ev"
	caa CAA 128 tbs ""
	ssh SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
	tlsa TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
	smime SMIMEA 3 1 1 0123456789abcdef
	ds DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
	cds CDS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
	key DNSKEY 256 3 8 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6zMv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1UaNvv4w==
	cdnskey CDNSKEY 257 3 8 AQPSKmynfzW4
	loc LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
	cert CERT 1 2 8 AQPSKmynfzW4
	apl APL 1:192.168.32.0/21 !1:192.168.38.0/28
	dhcid DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
	nid NID 10 0014:4fff:ff20:ee64
	l32 L32 10 10.1.2.0
	l64 L64 10 2001:0DB8:1140:1000
	lp LP 10 l64
	e48 EUI48 00-00-5e-00-53-2a
	e64 EUI64 00-00-5e-ef-10-00-00-2a
	pgp OPENPGPKEY AQPSKmynfzW4
	csync CSYNC 66 3 A NS AAAA
	zonemd ZONEMD 1 1 1 4d0d5a1f7bb3e1e3cc4c1d1b66f6ad0b1a8c3f4e0f3bd6b5b0a0b2c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708
	ipsec IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==
	x25 X25 311061700956
	isdn ISDN 150862028003217 004
	nsap NSAP 0x47000580005a0000000001e133ffffff00016100
	wks TYPE11 \# 6 0a4d001e0640
	uri TYPE256 \# 33 000a00016674703a2f2f667470312e6578616d706c652e636f6d2f7075626c6963
	own TYPE65280 \# 4 0a000001
	none TYPE65281 \# 0
	we\.ird A 10.77.0.35
	sp\032ace CNAME we\.ird
	\000\255bin CNAME \034quoted\034.a\;b\(c\)\@
	\034quoted\034.a\;b\(c\)\@ A 10.77.0.36
	xn--bcher-kva A 10.77.0.37
	*.wild A 10.77.0.38
	*.wild TXT wild
	a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z A 10.77.0.39
	END
	for ((i = 1; i <= 60; i++)); do
		printf 'many A 10.77.40.%d\nmany AAAA fd00:77::40:%x\n' "$i" "$i"
	done
	printf '%s A 10.77.0.41\n' "$(printf 'label-of-%053d.' 1 2 3)last"
}

unbound_conf()
{
	cat <<-END
	server:
	 interface: $DISSECT_UNBOUND4
	 interface: $DISSECT_UNBOUND6
	 access-control: 0.0.0.0/0 allow
	 access-control: ::/0 allow
	 do-daemonize: no
	 use-syslog: no
	 username: ""
	 chroot: ""
	 directory: "$lab_dir"
	 pidfile: ""
	 minimal-responses: no
	 max-udp-size: 4096
	 module-config: "iterator"
	 local-zone: "static.lab." static
	 local-data: "four.static.lab. A 10.77.0.42"
	 local-zone: "refuse.lab." refuse
	remote-control:
	 control-enable: no
	auth-zone:
	 name: "rich."
	 zonefile: "$lab_dir/rich.zone"
	 for-downstream: yes
	 for-upstream: yes
	forward-zone:
	 name: "."
	 forward-addr: 127.0.0.1@9
	END
}

dnsmasq_conf()
{
	cat <<-END
	no-resolv
	no-hosts
	no-poll
	bind-interfaces
	listen-address=$DISSECT_DNSMASQ4,$DISSECT_DNSMASQ6
	pid-file=
	local=/masq/
	local-ttl=60
	host-record=four.masq,10.77.0.50
	host-record=both.masq,10.77.0.51,fd00:77::51
	cname=alias.masq,both.masq
	mx-host=mail.masq,both.masq,10
	srv-host=_sip._udp.masq,both.masq,5060,1,2
	txt-record=txt.masq,"one two",three
	ptr-record=ptr.masq,four.masq
	naptr-record=naptr.masq,100,50,s,http,,_http._tcp.masq
	caa-record=caa.masq,0,issue,ca.example
	dns-rr=own.masq,65280,0a:00:00:01
	dns-rr=https.masq,65,00:01:00:00:04:00:04:0a:4d:00:34
	END
}

# What is asked for, in dig's words.
questions()
{
	local server name type

	while read -r name type; do
		for server in "$DISSECT_UNBOUND4" "$DISSECT_UNBOUND6"; do
			printf '@%s %s %s\n' "$server" "$name" "$type"
		done
	done < <(unbound_zone | awk '
		NF > 2 && $1 != "$TTL" && $1 != "@" && !seen[$1, $2]++ {
			print $1 ".rich.", $2
		}')
	for server in "$DISSECT_DNSMASQ4" "$DISSECT_DNSMASQ6"; do
		sed "s/^/@$server /" <<-'END'
		four.masq A
		both.masq AAAA
		alias.masq A
		mail.masq MX
		_sip._udp.masq SRV
		txt.masq TXT
		ptr.masq PTR
		naptr.masq NAPTR
		caa.masq CAA
		own.masq TYPE65280
		https.masq HTTPS
		-x 10.77.0.50
		nothing.masq A
		elsewhere.example A
		version.bind TXT -c CH
		four.masq ANY
		END
	done
	sed "s/^/@$DISSECT_UNBOUND4 /" <<-'END'
	rich SOA
	rich NS
	rich ANY
	both.rich ANY
	chain.rich A
	chain.rich AAAA
	chain.rich TXT
	dangling.rich A
	loop-a.rich A
	away.rich A
	www.old.rich A
	mail.old.rich AAAA
	nothing.old.rich A
	x.wild.rich A
	x.y.wild.rich TXT
	nothing.rich A
	four.rich AAAA
	FOUR.Rich A
	. NS
	elsewhere.example A
	four.static.lab A
	nothing.static.lab A
	four.refuse.lab A
	version.bind TXT -c CH
	id.server TXT -c CH
	four.rich A -c CLASS65280
	four.rich A -c ANY
	many.rich A +noedns
	many.rich AAAA +bufsize=512
	many.rich A +bufsize=1400
	many.rich AAAA +bufsize=900
	four.rich A +dnssec
	four.rich A +nsid +cookie
	four.rich A +subnet=192.0.2.0/24
	four.rich A +ednsopt=65001:abcdef
	four.rich A +edns=1 +noednsneg
	four.rich A +ednsflags=0x4000
	four.rich A +adflag +cdflag
	four.rich A +norecurse
	four.rich A +zflag
	four.rich A +opcode=NOTIFY
	four.rich SOA +opcode=UPDATE
	four.rich A +opcode=7
	four.rich A +header-only
	own.rich A
	four.rich TYPE65280
	four.rich TYPE0
	END
}
