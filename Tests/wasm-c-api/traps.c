/* Traps: their messages, their identity, their origins and traces. */
#include "check.h"

static wasm_trap_t *made;
static int finalized;
static void count_finalized(void *info) { finalized += info == &finalized; }

/* Makes a trap whose message has bytes that the library's own messages would escape. */
static wasm_trap_t *fail(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args, (void)results;
  wasm_message_t message;
  wasm_name_new_from_string_nt(&message, "stopped\n\x1b[1m by the host");
  wasm_trap_t *trap = wasm_trap_new(env, &message);
  wasm_byte_vec_delete(&message);
  wasm_trap_set_host_info_with_finalizer(trap, &finalized, count_finalized);
  made = wasm_trap_copy(trap);
  return trap;
}

static wasm_trap_t *call_failing(const wasm_func_t *function) {
  wasm_val_vec_t none = WASM_EMPTY_VEC;
  wasm_trap_t *trap = wasm_func_call(function, &none, &none);
  CHECK(trap, "the call ends with a trap");
  return trap;
}

static void guest_traps(const wasm_extern_vec_t *exports, wasm_instance_t *instance) {
  wasm_trap_t *trap = call_failing(wasm_extern_as_func(exports->data[0]));
  CHECK(message_is(trap, "unreachable"), "a trap has the message of the specification");
  wasm_frame_vec_t trace;
  wasm_trap_trace(trap, &trace);
  CHECK(trace.size == 3, "a trace has all frames");
  for (size_t i = 0; i < trace.size; i++) {
    CHECK(wasm_frame_func_index(trace.data[i]) == 1 + i, "the innermost frame is the first");
    CHECK(wasm_instance_same(wasm_frame_instance(trace.data[i]), instance), "a frame has its instance");
    CHECK(wasm_frame_func_offset(trace.data[i]) == 1, "the instruction follows the declaration of local variables");
    CHECK(wasm_frame_module_offset(trace.data[i]) > 8, "a frame has a place in the module");
  }
  CHECK(wasm_frame_module_offset(trace.data[1]) > wasm_frame_module_offset(trace.data[0]), "in the module's order");
  wasm_frame_t *origin = wasm_trap_origin(trap);
  CHECK(wasm_frame_module_offset(origin) == wasm_frame_module_offset(trace.data[0]), "the origin is the first frame");
  wasm_frame_t *copy = wasm_frame_copy(origin);
  wasm_frame_delete(origin);
  wasm_frame_vec_t copies;
  wasm_frame_vec_copy(&copies, &trace);
  wasm_frame_vec_delete(&trace);
  wasm_trap_delete(trap);
  CHECK(wasm_frame_func_index(copy) == 1 && wasm_frame_func_index(copies.data[2]) == 3, "copies outlive the trap");
  wasm_frame_vec_delete(&copies);
  wasm_frame_vec_new(&trace, 1, &copy);
  CHECK(trace.size == 1 && trace.data[0] == copy, "a vector takes a frame");
  wasm_frame_vec_delete(&trace);
  wasm_frame_vec_new_uninitialized(&trace, 1);
  wasm_frame_vec_delete(&trace);
  wasm_frame_vec_new_empty(&trace);
  CHECK(trace.size == 0, "an empty vector has no frames");
}

static void host_traps(const wasm_extern_vec_t *exports) {
  wasm_trap_t *trap = call_failing(wasm_extern_as_func(exports->data[1]));
  CHECK(message_is(trap, "stopped\n\x1b[1m by the host"), "the message of the host comes back unchanged");
  CHECK(wasm_trap_same(trap, made), "the caller gets the trap that the host has made");
  CHECK(wasm_trap_get_host_info(trap) == &finalized, "with its host info");
  wasm_frame_t *origin = wasm_trap_origin(made);
  CHECK(origin && wasm_frame_func_index(origin) == 4, "and with the frames of the guest that it has ended");
  wasm_frame_delete(origin);
  CHECK(wasm_ref_as_trap(wasm_trap_as_ref(trap)) == trap, "a trap is a reference");
  CHECK(wasm_ref_as_trap_const(wasm_trap_as_ref_const(trap)) == trap, "a constant trap is a constant reference");
  wasm_trap_delete(trap);
  CHECK(finalized == 0, "a trap lives as long as a reference to it");
  wasm_trap_delete(made);
  CHECK(finalized == 1, "the finalizer of its host info is called once");
}

static void traps_through_instances(wasm_store_t *store, const wasm_extern_vec_t *exports, wasm_instance_t *inner) {
  wasm_extern_t *imports[] = {exports->data[0]};
  wasm_instance_t *outer = instantiate(store, "outer", imports, 1);
  wasm_extern_vec_t own;
  wasm_instance_exports(outer, &own);
  wasm_trap_t *trap = call_failing(wasm_extern_as_func(own.data[0]));
  wasm_frame_vec_t trace;
  wasm_trap_trace(trap, &trace);
  CHECK(trace.size == 4, "a trace goes through instances");
  for (size_t i = 0; i < trace.size; i++)
    CHECK(wasm_instance_same(wasm_frame_instance(trace.data[i]), i < 3 ? inner : outer),
          "each frame has the instance whose function it was");
  wasm_frame_vec_delete(&trace);
  wasm_trap_delete(trap);
  wasm_extern_vec_delete(&own);
  wasm_instance_delete(outer);
}

/* Calls a guest that traps, and passes the trap on. */
static wasm_trap_t *pass_on(void *env, const wasm_val_vec_t *args, wasm_val_vec_t *results) {
  (void)args, (void)results;
  return call_failing(env);
}

static void traps_through_the_host(wasm_store_t *store, const wasm_extern_vec_t *exports) {
  wasm_functype_t *type = wasm_functype_new_0_0();
  wasm_func_t *function = wasm_func_new_with_env(store, type, pass_on, wasm_extern_as_func(exports->data[0]), NULL);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(function)};
  wasm_instance_t *outer = instantiate(store, "outer", imports, 1);
  wasm_extern_vec_t own;
  wasm_instance_exports(outer, &own);
  wasm_trap_t *trap = call_failing(wasm_extern_as_func(own.data[0]));
  CHECK(message_is(trap, "unreachable"), "a trap that the host passes on keeps its message");
  wasm_frame_vec_t trace;
  wasm_trap_trace(trap, &trace);
  CHECK(trace.size == 4, "it has the frames before the host function and after it");
  CHECK(trace.size == 4 && wasm_instance_same(wasm_frame_instance(trace.data[3]), outer), "in their order");
  wasm_frame_vec_delete(&trace);
  wasm_trap_delete(trap);
  wasm_extern_vec_delete(&own);

  wasm_module_t *module = load(store, "start");
  wasm_extern_vec_t given = WASM_ARRAY_VEC(imports);
  trap = NULL;
  CHECK(!wasm_instance_new(store, module, &given, &trap) && trap, "a trap of the start function ends the instantiation");
  CHECK(message_is(trap, "unreachable"), "it comes back as that of a call does");
  wasm_trap_delete(trap);
  CHECK(!wasm_instance_new(store, module, &given, NULL), "the program need not take it");
  wasm_module_delete(module);
  wasm_instance_delete(outer);
  wasm_func_delete(function);
}

static void own_traps(wasm_store_t *store) {
  wasm_message_t message;
  wasm_name_new_from_string(&message, "no NUL");
  wasm_trap_t *trap = wasm_trap_new(store, &message);
  wasm_byte_vec_delete(&message);
  CHECK(message_is(trap, "no NUL"), "a message without a NUL gets one");
  CHECK(!wasm_trap_origin(trap), "a trap without a call has no origin");
  wasm_frame_vec_t trace;
  wasm_trap_trace(trap, &trace);
  CHECK(trace.size == 0, "and no trace");
  wasm_trap_set_host_info(trap, &trace);
  CHECK(wasm_trap_get_host_info(trap) == &trace, "but may have host info");
  wasm_trap_delete(trap);
  trap = wasm_trap_new(store, NULL);
  CHECK(message_is(trap, ""), "a trap without a message has an empty one");
  wasm_trap_delete(trap);
}

static void wrong_instances(wasm_store_t *store, const wasm_extern_vec_t *exports) {
  wasm_module_t *module = load(store, "outer");
  wasm_trap_t *trap = NULL;
  CHECK(!wasm_instance_new(store, module, NULL, &trap), "a missing import ends the instantiation");
  CHECK(message_is(trap, "1 imports are needed, and 0 are given"), "the trap says so");
  wasm_trap_delete(trap);
  wasm_extern_t *nothing[] = {NULL}, *wrong[] = {exports->data[2]};
  wasm_extern_vec_t null = WASM_ARRAY_VEC(nothing), other = WASM_ARRAY_VEC(wrong);
  CHECK(!wasm_instance_new(store, module, &null, &trap), "NULL is no external");
  wasm_trap_delete(trap);
  CHECK(!wasm_instance_new(store, module, &other, &trap), "an external of another type does not fit");
  wasm_trap_delete(trap);
  trap = (wasm_trap_t *)1;
  CHECK(!wasm_instance_new(store, NULL, NULL, &trap) && !trap, "no module makes no instance and no trap");
  wasm_module_delete(module);
}

int main(void) {
  wasm_engine_t *engine = wasm_engine_new();
  wasm_store_t *store = wasm_store_new(engine);
  wasm_functype_t *type = wasm_functype_new_0_0();
  wasm_func_t *function = wasm_func_new_with_env(store, type, fail, store, NULL);
  wasm_functype_delete(type);
  wasm_extern_t *imports[] = {wasm_func_as_extern(function)};
  wasm_instance_t *instance = instantiate(store, "traps", imports, 1);
  wasm_extern_vec_t exports;
  wasm_instance_exports(instance, &exports);

  guest_traps(&exports, instance);
  host_traps(&exports);
  traps_through_instances(store, &exports, instance);
  traps_through_the_host(store, &exports);
  own_traps(store);
  wrong_instances(store, &exports);

  wasm_extern_vec_delete(&exports);
  wasm_instance_delete(instance);
  wasm_func_delete(function);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
  return finish();
}
