"""The pages that the gateway serves: the playground at ``/``, the call viewer at ``/calls``, and ``natter.js``.

They are plain files in ``static``, as a browser reads them: no build step, nothing from another host.
:mod:`.files` knows them, :mod:`.routes` answers for them.
"""
