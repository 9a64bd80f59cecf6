# embed_probes(TARGET): a static library holding the text of everything that
# is handed to the BPF compiler at run time, as bytes (see
# src/probe/probe_text.h): the shared record header, then each *.bpf.c.

function(embed_probes target)
	file(GLOB probes CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/probes/*")
	set(assembly "${PROJECT_BINARY_DIR}/${target}.S")
	set(text "\t.section .rodata\n")
	set(table "\t.section .data.rel.ro,\"aw\"\n\t.balign 8\n\t.globl probe_texts\nprobe_texts:\n")
	set(index 0)
	foreach(probe IN LISTS probes)
		get_filename_component(name "${probe}" NAME)
		string(APPEND text
			"name_${index}:\n\t.asciz \"${name}\"\n"
			"text_${index}:\n\t.incbin \"${probe}\"\n\t.byte 0\n")
		string(APPEND table "\t.quad name_${index}, text_${index}\n")
		math(EXPR index "${index} + 1")
	endforeach()
	string(APPEND table "\t.quad 0, 0\n\t.section .note.GNU-stack,\"\",@progbits\n")
	file(GENERATE OUTPUT "${assembly}" CONTENT "${text}${table}")
	add_library(${target} STATIC "${assembly}")
	set_source_files_properties("${assembly}" PROPERTIES OBJECT_DEPENDS "${probes}")
endfunction()
