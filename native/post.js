require('./run').run('post')
