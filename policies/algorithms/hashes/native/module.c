/* The Python module `_native`: `Hash(name)` with the interface of hashlib, in the stable interface of CPython 3.11. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include "hashing.h"

#include <stdbool.h>

/* Above this many octets other threads of Python may run meanwhile; below, handing over costs more than hashing. */
enum { LONG_UPDATE = 4096 };

/* Set once, under the interpreter's lock, before the first computation can exist. */
static bool prepared;

typedef struct {
    PyObject_HEAD
    PyThread_type_lock lock; /* an update lets other threads run, and they may use the same object */
    struct running running;
} HashObject;

static void take(HashObject *self)
{
    if (PyThread_acquire_lock(self->lock, NOWAIT_LOCK))
        return;
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(self->lock, WAIT_LOCK);
    Py_END_ALLOW_THREADS
}

static HashObject *allocate(PyTypeObject *type)
{
    HashObject *self = (HashObject *)PyType_GenericAlloc(type, 0);
    if (self == NULL)
        return NULL;
    self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        Py_DECREF(self);
        return (HashObject *)PyErr_NoMemory();
    }
    return self;
}

static PyObject *hash_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    const char *name;
    if (keywords != NULL && PyDict_Size(keywords) > 0) {
        PyErr_SetString(PyExc_TypeError, "Hash() takes no keyword arguments");
        return NULL;
    }
    if (!PyArg_ParseTuple(arguments, "s:Hash", &name))
        return NULL;
    const struct construction *construction = construction_named(name);
    if (construction == NULL) {
        PyErr_SetString(PyExc_KeyError, name);
        return NULL;
    }
    if (!prepared) {
        PyErr_SetString(PyExc_RuntimeError, "prepare() comes first");
        return NULL;
    }
    HashObject *self = allocate(type);
    if (self != NULL)
        running_start(&self->running, construction);
    return (PyObject *)self;
}

static void hash_dealloc(HashObject *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    if (self->lock != NULL)
        PyThread_free_lock(self->lock);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *hash_update(HashObject *self, PyObject *data)
{
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    take(self);
    if (view.len > LONG_UPDATE) {
        Py_BEGIN_ALLOW_THREADS
        running_update(&self->running, view.buf, (size_t)view.len);
        Py_END_ALLOW_THREADS
    } else {
        running_update(&self->running, view.buf, (size_t)view.len);
    }
    PyThread_release_lock(self->lock);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static size_t current_digest(HashObject *self, uint8_t digest[DIGEST_MAX])
{
    take(self);
    running_digest(&self->running, digest);
    PyThread_release_lock(self->lock);
    return self->running.construction->digest_size;
}

static PyObject *hash_digest(HashObject *self, PyObject *Py_UNUSED(none))
{
    uint8_t digest[DIGEST_MAX];
    size_t length = current_digest(self, digest);
    return PyBytes_FromStringAndSize((const char *)digest, (Py_ssize_t)length);
}

static PyObject *hash_hexdigest(HashObject *self, PyObject *Py_UNUSED(none))
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[DIGEST_MAX];
    char text[2 * DIGEST_MAX];
    size_t length = current_digest(self, digest);
    for (size_t i = 0; i < length; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)(2 * length));
}

static PyObject *hash_copy(HashObject *self, PyObject *Py_UNUSED(none))
{
    HashObject *other = allocate(Py_TYPE((PyObject *)self));
    if (other == NULL)
        return NULL;
    take(self);
    other->running = self->running;
    PyThread_release_lock(self->lock);
    return (PyObject *)other;
}

static PyObject *hash_name(HashObject *self, void *Py_UNUSED(closure))
{
    return PyUnicode_FromString(self->running.construction->name);
}

static PyObject *hash_digest_size(HashObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromSize_t(self->running.construction->digest_size);
}

static PyObject *hash_block_size(HashObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromSize_t(self->running.construction->block_size);
}

static PyMethodDef hash_methods[] = {
    {"update", (PyCFunction)hash_update, METH_O, "Add octets."},
    {"digest", (PyCFunction)hash_digest, METH_NOARGS, "The digest of everything added so far."},
    {"hexdigest", (PyCFunction)hash_hexdigest, METH_NOARGS, "The same in lower-case hexadecimal."},
    {"copy", (PyCFunction)hash_copy, METH_NOARGS, "A second computation that goes on from here by itself."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef hash_attributes[] = {
    {"name", (getter)hash_name, NULL, "Catalogue name.", NULL},
    {"digest_size", (getter)hash_digest_size, NULL, "Octets of the digest.", NULL},
    {"block_size", (getter)hash_block_size, NULL, "Octets that one step takes.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot hash_slots[] = {
    {Py_tp_doc, "Hash(name): a digest under computation."},
    {Py_tp_new, hash_new},
    {Py_tp_dealloc, hash_dealloc},
    {Py_tp_methods, hash_methods},
    {Py_tp_getset, hash_attributes},
    {0, NULL},
};

static PyType_Spec hash_spec = {
    .name = "policies.algorithms.hashes._native.Hash",
    .basicsize = sizeof(HashObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = hash_slots,
};

static PyObject *prepare(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    enum { PI, A, C, CRYPTOPRO, TEST, H, CONSTANTS };
    static const Py_ssize_t expected[CONSTANTS] = {STREEBOG_PI, STREEBOG_A, STREEBOG_C, GOST94_ROWS, GOST94_ROWS, BELT_H};
    const char *octets[CONSTANTS];
    Py_ssize_t lengths[CONSTANTS];
    if (!PyArg_ParseTuple(arguments, "y#y#y#y#y#y#:prepare", &octets[PI], &lengths[PI], &octets[A], &lengths[A], &octets[C],
                          &lengths[C], &octets[CRYPTOPRO], &lengths[CRYPTOPRO], &octets[TEST], &lengths[TEST], &octets[H],
                          &lengths[H]))
        return NULL;
    for (int i = 0; i < CONSTANTS; i++)
        if (lengths[i] != expected[i]) {
            PyErr_Format(PyExc_ValueError, "constant %d has %zd octets, not %zd", i, lengths[i], expected[i]);
            return NULL;
        }
    for (int i = 0; i < 2 * GOST94_ROWS; i++)
        if ((uint8_t)octets[i < GOST94_ROWS ? CRYPTOPRO : TEST][i % GOST94_ROWS] > 15) {
            PyErr_SetString(PyExc_ValueError, "a substitution of GOST 28147-89 has a value above 15");
            return NULL;
        }
    if (!prepared) {
        streebog_prepare((const uint8_t *)octets[PI], (const uint8_t *)octets[A], (const uint8_t *)octets[C]);
        gost94_prepare((const uint8_t *)octets[CRYPTOPRO], (const uint8_t *)octets[TEST]);
        belt_prepare((const uint8_t *)octets[H]);
        prepared = true;
    }
    Py_RETURN_NONE;
}

static int module_execute(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &hash_spec, NULL);
    if (type == NULL)
        return -1;
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

static PyMethodDef module_methods[] = {
    {"prepare", prepare, METH_VARARGS,
     "prepare(streebog_pi, streebog_a, streebog_c, gost94_cryptopro, gost94_test, belt_h): build the tables from the "
     "constants of the standards. The first call counts; later ones change nothing."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_execute},
    {0, NULL},
};

static PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "policies.algorithms.hashes._native",
    .m_doc = "The national digests, compiled.",
    .m_size = 0,
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&module_definition);
}
